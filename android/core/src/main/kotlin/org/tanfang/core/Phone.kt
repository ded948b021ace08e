package org.tanfang.core

import java.util.concurrent.ConcurrentLinkedQueue
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.withContext
import org.tanfang.ffi.Clock
import org.tanfang.ffi.KeyVault
import org.tanfang.ffi.Tanfang

/**
 * The phone of the Rust core, asked from any coroutine. Its calls block, so none runs on the thread
 * that draws. The core takes them from any thread and holds nothing while it waits for the network.
 *
 * @param calls where questions run, one after the other: [Dispatchers.IO][kotlinx.coroutines.Dispatchers]
 *   limited to one.
 * @param network where what waits for the county runs, another of the same: a sync of minutes holds no
 *   screen up, and a second one waits for it.
 * @param life as long as the app's process: what a person leaves is brought to its end there.
 */
class Phone(
    private val tanfang: Tanfang,
    private val calls: CoroutineDispatcher,
    private val network: CoroutineDispatcher,
    internal val life: CoroutineScope,
) {
    private val left = ConcurrentLinkedQueue<Job>()

    /** Asks the core. What it throws is a `TanfangException`. */
    suspend fun <T> ask(question: (Tanfang) -> T): T = withContext(calls) { question(tanfang) }

    /** Asks what needs the county's answer: enrolling, a sync. */
    suspend fun <T> talk(question: (Tanfang) -> T): T = withContext(network) { question(tanfang) }

    /** Remembers that a screen which is gone is still writing down what it heard. */
    internal fun finishes(work: Job) {
        left += work
        work.invokeOnCompletion { left -= work }
    }

    /** Waits until everything that was left is written down: whoever reads then reads all of it. */
    internal suspend fun settled() = left.toList().joinAll()

    companion object {
        /** Opens the phone in a folder, making it where there is none. */
        suspend fun open(
            home: String,
            vault: KeyVault,
            clock: Clock,
            calls: CoroutineDispatcher,
            network: CoroutineDispatcher,
            life: CoroutineScope,
        ): Phone = withContext(calls) { Phone(Tanfang.open(home, vault, clock), calls, network, life) }
    }
}
