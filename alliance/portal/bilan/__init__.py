"""The bilan of a fiscal year: one document, read by every rendering (page, print, PDF, workbook, CSV)."""
