"""What carries words: plain forms for a thousand nouns, pages such as charts, and labels."""
