"""Issues: saved as revisions, locked when scheduled, published when sent, compiled into messages."""
