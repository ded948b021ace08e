package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import org.tanfang.ffi.PersonPage

/** One person's page. */
data class PersonState(val page: PersonPage? = null, val trouble: Trouble? = null)

sealed interface PersonEvent {
    data object Opened : PersonEvent
}

class PersonScreen(
    scope: CoroutineScope,
    private val phone: Phone,
    private val settings: () -> Settings,
    private val person: String,
) : Screen<PersonState, PersonEvent>(scope, PersonState()) {
    override suspend fun hear(event: PersonEvent) {
        phone.settled()
        val lang = settings().language.code
        tried({ state, trouble -> state.copy(trouble = trouble) }) { phone.ask { it.person(person, lang) } }
            ?.let { page -> show { PersonState(page) } }
    }
}
