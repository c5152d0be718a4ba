"""Issues: what we say. Revisions of a document, and their way into a rendering."""
