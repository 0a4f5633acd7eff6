"""What all tasks of a session share: watching, searching, uploads, balance."""
