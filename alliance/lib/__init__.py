"""The bottom leaf: money, dates, text, tables, constraints and form fields. It imports no other package of ours."""
