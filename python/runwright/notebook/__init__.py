"""What the magics share."""
