"""The decision page: options beside each other under losses of the visitor's own."""
