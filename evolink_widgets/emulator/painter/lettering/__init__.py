"""What carries words: plain forms for many nouns, pages such as charts, and labels."""
