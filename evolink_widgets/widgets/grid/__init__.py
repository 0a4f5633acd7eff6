"""`ImageGrid`: pictures of any tasks in one grid."""
