//! What the documents promise: their links lead somewhere, their commands exist and those of the README run, and
//! the help they show is the programs' own.

mod commands;
mod executor;
mod help;
mod links;
mod run;
mod tools;
mod tree;
