"""The replica's control interface: JSON over loopback HTTP, for the owner of the process only."""
