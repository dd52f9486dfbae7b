"""Where pictures come from: a camera, the screen, files, and the packaged demo face."""
