"""The page a teacher keeps open: parts, callbacks, and the delta feed that keeps it true."""
