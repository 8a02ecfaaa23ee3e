"""Public tables: the list of initiatives and the open data, with one meaning on the page and in every file."""
