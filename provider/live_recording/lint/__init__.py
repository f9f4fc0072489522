"""Checks of a stack file as a whole, without the account: each check is named after the id of its finding."""
