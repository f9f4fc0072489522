"""What a plan means for recordings: simulate it on the account, compare before and after, and render the result."""
