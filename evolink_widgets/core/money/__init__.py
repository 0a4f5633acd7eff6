"""Budgets and price estimates."""
