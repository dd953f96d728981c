"""The state folder: everything that outlives a process."""
