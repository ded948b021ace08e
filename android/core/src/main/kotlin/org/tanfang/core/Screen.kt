package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.tanfang.ffi.TanfangException

/**
 * What every view model is: state out, events in, one event at a time in the order they came. It
 * decides nothing; it asks the core and shows what it said.
 */
abstract class Screen<S, E : Any>(protected val scope: CoroutineScope, first: S) {
    private val shown = MutableStateFlow(first)
    private val events = Channel<E>(Channel.UNLIMITED)
    private val hearing: Job

    /** What is to be drawn. */
    val state: StateFlow<S> = shown.asStateFlow()

    /** Whether nothing more has been done by the person yet: what is drawn now will be looked at. */
    @OptIn(ExperimentalCoroutinesApi::class)
    protected val idle: Boolean get() = events.isEmpty

    init {
        hearing = scope.launch { for (event in events) hear(event) }
    }

    /** Hands in what a person did. */
    fun send(event: E) {
        events.trySend(event)
    }

    /** Hears what was handed in by now, and no more. */
    protected fun end(): Job {
        events.close()
        return hearing
    }

    /** Does what the event asks. */
    protected abstract suspend fun hear(event: E)

    protected fun show(change: (S) -> S) = shown.update(change)

    /** Asks, and says where it went wrong; none then. */
    protected suspend fun <T> tried(said: (S, Trouble) -> S, ask: suspend () -> T): T? = try {
        ask()
    } catch (thrown: TanfangException) {
        show { said(it, Trouble.of(thrown)) }
        null
    }
}
