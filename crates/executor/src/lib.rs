//! Run the same typed job in a loop, on threads or in worker processes that survive anything.
