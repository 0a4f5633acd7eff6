"""Loans: purchases that this store decides and pays for, and another process sends."""
