"""The capture agent: camera to faces to numbers to the server, on the student's own machine."""
