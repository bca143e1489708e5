"""Speed: what a time is made of, and what one buys with it; a client of REST."""
