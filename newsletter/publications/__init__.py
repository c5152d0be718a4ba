"""Publications: the newsletters that people subscribe to."""
