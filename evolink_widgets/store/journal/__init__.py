"""The record of every task, written before the POST and after each step."""
