"""Small groups: whom a figure may cover, so that nothing hidden can be subtracted."""
