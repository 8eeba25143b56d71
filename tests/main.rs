//! The built program, from outside: through the command line alone.

mod demo;
mod house;
