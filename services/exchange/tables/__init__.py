"""Other people's tables of results: files in, arrays out; no database, no web.

A file is sniffed (`sniffing`): how it is written, and what each of its columns is. The plan
that comes of it (`plan`) is shown with the first rows (`preview`), may be changed, and says
alone how the file is read (`reading`) into a table of numbers, texts and networks (`table`).
"""
