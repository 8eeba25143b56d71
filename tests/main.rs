//! The built program, from outside: over HTTP and through the command line alone.

mod access;
mod city;
mod demo;
mod duty_list;
mod house;
mod http;
mod import;
mod need;
mod schema;
