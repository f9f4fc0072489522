"""What a stack asks for: the desired resources, when each recording runs, and which rule or task records a stream."""
