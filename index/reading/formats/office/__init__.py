"""Word processing, presentations, sheets: what office programs save, in archives of XML."""
