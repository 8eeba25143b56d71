//! The built program, from outside: over HTTP and through the command line; `planning` alone looks in on the store.

#[cfg(test)]
mod access;
#[cfg(test)]
mod amendment;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod city;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod duty_list;
#[cfg(test)]
mod escalation;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod hotline;
#[cfg(test)]
mod house;
#[cfg(test)]
mod http;
#[cfg(test)]
mod import;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod list_pages;
#[cfg(test)]
mod me_page;
#[cfg(test)]
mod measure;
#[cfg(test)]
mod member;
#[cfg(test)]
mod need;
#[cfg(test)]
mod next;
#[cfg(test)]
mod order;
#[cfg(test)]
mod organization;
mod partnership;
#[cfg(test)]
mod planning;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod scenario;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod station_page;
#[cfg(test)]
mod studio;
#[cfg(test)]
mod topic;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod walkthrough;
#[cfg(test)]
mod webhook;
#[cfg(test)]
mod words;
#[cfg(test)]
mod workstation;
#[cfg(test)]
mod year;
