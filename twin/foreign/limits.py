"""How large and how deep a file from outside may be; everything beyond is refused.

Set well above what hospitals and modellers hand over, and below what hurts: a whole
genome's VCF passes, a bomb does not.
"""

# Files
LARGEST_COMPRESSED_BYTES = 4_000_000_000
LARGEST_UNPACKED_BYTES = 60_000_000_000
HIGHEST_RATIO = 200  # unpacked : packed; sequence data reach about 60
RATIO_COUNTS_FROM_BYTES = 20_000_000

# VCF
LONGEST_LINE_BYTES = 1_000_000
LARGEST_HEADER_BYTES = 20_000_000
MOST_LINES_OF_THE_PANEL = 20_000  # a line for every base around every position
LARGEST_PANEL_BYTES = 10_000_000
LONGEST_LINE_OF_THE_PANEL_BYTES = 20_000
LONGEST_NUMBER = 12

# SBML and other XML
LARGEST_XML_BYTES = 20_000_000
DEEPEST_XML = 200
MOST_XML_ELEMENTS = 150_000
MOST_XML_ATTRIBUTES = 200
MOST_XML_ATTRIBUTES_IN_ALL = 500_000
LONGEST_XML_ATTRIBUTE = 20_000

# Archives
MOST_ARCHIVE_ENTRIES = 1_000
LARGEST_ARCHIVE_ENTRY_BYTES = 200_000_000
LARGEST_ARCHIVE_BYTES = 500_000_000

# Reports of other programs
LARGEST_JSON_BYTES = 5_000_000  # PharmCAT's own example has half of one
LARGEST_OUTSIDE_CALLS_BYTES = 100_000
MOST_OUTSIDE_CALLS = 200

# The process that reads
READER_MEMORY_BYTES = 1_500_000_000
READER_SECONDS = 120
"""A whole genome's VCF takes less, on a slow machine too."""
CHECK_PROCESSOR_SECONDS = 2
"""For a model to be held to the rules of SBML."""
