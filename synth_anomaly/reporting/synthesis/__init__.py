"""What synthesizers make, to look at: files, a contact sheet, statistics, one page that compares them."""
