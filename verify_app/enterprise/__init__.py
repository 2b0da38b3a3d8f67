"""What enterprises do: bring data in, have it reviewed, follow their items."""
