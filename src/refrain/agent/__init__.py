"""An agent of the Internet Computer's HTTP interface, which believes nothing that is not signed."""
