"""« À mettre sur le frigo »: who to call in a municipality, in an MRC or for a theme, on paper."""
