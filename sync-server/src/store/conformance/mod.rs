//! What every store promises, asked of each: one list of tests, run over SQLite and PostgreSQL.

mod attachments;
mod bundles;
mod devices;
mod feeds;
mod log;
mod made;
mod published;
mod records;
mod transactions;

use std::sync::Arc;

use rusqlite::Connection;
use tanfang_core::vault::Secret;
use throwaway_postgres::{Database, cluster};

use super::postgres::PostgresStore;
use super::sqlite::SqliteStore;
use super::*;
use crate::door::SystemRng;

/// Where a store may be made.
enum Place {
    File(tempfile::TempDir),
    Postgres(Database),
}

impl Place {
    fn file() -> Self {
        Place::File(tempfile::tempdir().unwrap())
    }

    fn postgres() -> Self {
        Place::Postgres(cluster().database())
    }

    fn create(&self, key: u8) -> Stored<Box<dyn ServerStore>> {
        let key = secret(key);
        Ok(match self {
            Place::File(dir) => Box::new(SqliteStore::create(&dir.path().join("server.db"), &key)?),
            Place::Postgres(database) => {
                let address = database.address().parse().unwrap();
                Box::new(PostgresStore::create(&address, &key, chance())?)
            }
        })
    }

    fn open(&self, key: u8) -> Stored<Box<dyn ServerStore>> {
        let key = secret(key);
        Ok(match self {
            Place::File(dir) => Box::new(SqliteStore::open(&dir.path().join("server.db"), &key)?),
            Place::Postgres(database) => {
                let address = database.address().parse().unwrap();
                Box::new(PostgresStore::open(&address, &key, chance())?)
            }
        })
    }

    /// A store that was just made.
    fn store(&self) -> Box<dyn ServerStore> {
        self.create(1).unwrap()
    }

    /// Whether the database itself lets whoever is past the store do this.
    fn lets(&self, sql: &str) -> bool {
        match self {
            Place::File(dir) => {
                let connection = Connection::open(dir.path().join("server.db")).unwrap();
                let key = format!("x'{}'", hex::encode(secret(1).expose()));
                connection.pragma_update(None, "key", key).unwrap();
                let mac = ("cipher_hmac_algorithm", "HMAC_SHA256");
                connection.pragma_update(None, mac.0, mac.1).unwrap();
                connection.execute_batch(sql).is_ok()
            }
            Place::Postgres(database) => database.try_sql(sql).is_ok(),
        }
    }
}

fn secret(byte: u8) -> Secret {
    Secret::from_slice(&[byte; 32]).unwrap()
}

fn chance() -> Arc<SystemRng> {
    Arc::new(SystemRng::open().unwrap())
}

/// Writes, and it is done.
#[track_caller]
fn write<T>(store: &mut Box<dyn ServerStore>, act: impl FnOnce(&mut dyn Tx) -> Stored<T>) -> T {
    store.write::<T, StoreError>(act).unwrap()
}

/// Looks.
#[track_caller]
fn read<T>(store: &mut Box<dyn ServerStore>, act: impl FnOnce(&mut dyn Tx) -> Stored<T>) -> T {
    store.read::<T, StoreError>(act).unwrap()
}

/// Whether the store refuses, and keeps nothing of it.
#[track_caller]
fn refuses<T>(
    store: &mut Box<dyn ServerStore>,
    act: impl FnOnce(&mut dyn Tx) -> Stored<T>,
) -> bool {
    store.write::<T, StoreError>(act).is_err()
}

macro_rules! conformance {
    ($($room:ident: $($name:ident),+;)+) => {
        mod on_sqlite {
            $($(
                #[test]
                fn $name() {
                    super::$room::$name(&super::Place::file());
                }
            )+)+
        }
        mod on_postgres {
            $($(
                #[test]
                fn $name() {
                    super::$room::$name(&super::Place::postgres());
                }
            )+)+
        }
    };
}

conformance!(
    transactions:
        a_store_is_made_once_and_opens_with_its_key_alone,
        nothing_of_a_transaction_that_fails_is_kept,
        nothing_of_a_transaction_that_panics_is_kept_and_the_next_one_goes_through,
        two_processes_write_one_store_in_turn_and_each_sees_what_the_other_did,
        a_writer_sees_what_was_committed_while_it_waited,
        a_reader_sees_one_moment_and_holds_nobody_up,
        a_reading_transaction_alters_nothing,
        what_is_append_only_takes_nothing_back;
    devices:
        values_are_set_and_set_again,
        the_audit_log_is_read_from_its_first_entry_and_has_each_number_once,
        a_device_is_found_by_number_id_and_token,
        a_token_stands_in_the_place_of_the_one_before,
        the_earliest_whole_of_a_worker_counts_phones_that_are_not_revoked,
        a_phone_that_enrols_again_ends_what_it_was_and_takes_over_its_debts,
        a_worker_is_revoked_with_every_phone_and_the_server_never,
        a_code_is_used_once_and_ended,
        last_exchanges_are_told_in_the_order_of_change,
        an_agreement_key_is_kept_with_its_device;
    log:
        saves_are_numbered_as_they_arrive_and_read_as_they_came,
        a_number_of_a_device_is_there_once,
        a_save_that_waits_is_decided_once,
        parts_are_in_their_places,
        accepted_saves_follow_in_the_order_of_arrival,
        a_key_is_found_by_its_owner_and_its_number,
        what_waits_for_a_record_is_told_once_and_in_order,
        what_waits_for_the_county_is_told_by_whom_it_waits_for;
    feeds:
        a_feed_begins_empty_and_is_found_by_its_name,
        a_feed_without_a_sum_has_none,
        items_are_walked_in_their_order_from_a_place_until_told_to_stop,
        a_long_feed_is_walked_whole_and_what_a_device_sent_itself_passed_over,
        departures_are_told_with_their_places,
        receipts_are_the_places_of_a_saves_parts_by_feed,
        a_position_is_there_once,
        a_device_holds_feeds_until_it_holds_them_no_longer,
        what_stands_apart_is_told_by_device_and_feed;
    records:
        a_record_is_put_again_in_the_place_where_it_was,
        a_text_of_any_letters_comes_back_as_it_went_in,
        records_and_facts_come_in_the_order_of_arrival_however_many,
        a_link_is_there_once_and_goes,
        assignments_are_put_altered_and_taken_away,
        pairings_are_found_from_both_ends,
        what_an_import_told_stays_when_a_record_is_found_by_other_keys,
        the_newest_day_of_a_ledger_stands,
        what_follows_from_the_log_is_forgotten_and_nothing_else;
    published:
        the_last_manifest_is_in_force,
        a_document_of_the_same_hash_is_the_same,
        a_snapshot_stands_in_the_place_of_the_one_before_which_stays_a_while,
        figures_are_frozen_once,
        an_area_is_confirmed_on_a_day_once;
    bundles:
        a_sealed_file_is_put_and_altered_and_stays_in_its_place,
        sealed_files_are_told_by_device_and_the_early_ones_by_their_numbers,
        pieces_are_kept_once_counted_by_carrier_and_let_go,
        a_device_that_enrolled_again_is_known;
    attachments:
        an_upload_is_begun_grows_and_is_thrown_away,
        pieces_that_hold_a_stretch_are_found,
        what_no_save_names_is_counted_and_grows_stale,
        parts_that_name_it_are_told_in_commit_order_with_its_bytes_once_they_are_here;
);
