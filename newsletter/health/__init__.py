"""Whether everything that sends is alive and keeps up: who is silent, what waits, what stands still."""
