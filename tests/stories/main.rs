//! Stories about the whole house: real programs, real HTTP, one sentence a file.

mod a_county_form;
mod a_killed_phone;
mod a_phones_old_backup;
mod an_old_backup;
mod at_rest;
mod attack;
mod authoring;
mod bad_network;
mod cases;
mod command_lines;
mod counted;
mod decided_by_people;
mod elsewhere;
mod emergency;
mod form_try;
mod midnight;
mod moved_household;
mod nobody_is_ranked;
mod on_paper;
mod one_bad_save;
mod photos;
mod sealed_files;
mod torn;
mod two_phones;
mod versions;
mod what_decides_a_state;
