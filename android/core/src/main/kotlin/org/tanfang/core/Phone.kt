package org.tanfang.core

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.withContext
import org.tanfang.ffi.Clock
import org.tanfang.ffi.KeyVault
import org.tanfang.ffi.Tanfang

/**
 * The phone of the Rust core, asked from any coroutine. Its calls block, so each runs on [calls] and
 * never on the thread that draws; they take turns there.
 */
class Phone(private val tanfang: Tanfang, private val calls: CoroutineDispatcher) {
    /** Asks the core. What it throws is a `TanfangException`. */
    suspend fun <T> ask(question: (Tanfang) -> T): T = withContext(calls) { question(tanfang) }

    companion object {
        /** Opens the phone in a folder, making it where there is none. */
        suspend fun open(home: String, vault: KeyVault, clock: Clock, calls: CoroutineDispatcher): Phone =
            withContext(calls) { Phone(Tanfang.open(home, vault, clock), calls) }
    }
}
