"""The ``classpulse`` command: wires the floors together, and is imported by nobody."""
