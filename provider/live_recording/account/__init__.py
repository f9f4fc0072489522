"""The vendor's account: its client, its objects, and the decision what a deployment does to each of them."""
