"""What is read: history, playback state, and why a play is missing; one module for each surface."""
