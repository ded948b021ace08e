package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import org.tanfang.ffi.Account
import org.tanfang.ffi.Status
import org.tanfang.ffi.TanfangException

/** The languages of the app; [code] is as forms name them. */
enum class Language(val code: String) { Chinese("zh"), English("en") }

/** Dark or light; most phones of the field stand in the sun. */
enum class Shade { Phone, Light, Dark }

/** What a person set on this phone; nothing of it leaves it. */
data class Settings(
    val language: Language = Language.Chinese,
    /** 1.0, or 1.5 for large text. */
    val textScale: Float = 1.0f,
    val shade: Shade = Shade.Phone,
)

/** Where the settings are kept; the app brings it. */
interface SettingsStore {
    fun read(): Settings
    fun write(settings: Settings)
}

/** Settings that last as long as the process: for tests and previews. */
class SettingsInMemory(private var held: Settings = Settings()) : SettingsStore {
    override fun read() = held
    override fun write(settings: Settings) { held = settings }
}

data class SettingsState(
    val settings: Settings = Settings(),
    val account: Account? = null,
    val status: Status? = null,
    val trouble: Trouble? = null,
)

sealed interface SettingsEvent {
    data object Opened : SettingsEvent
    data class LanguageChosen(val language: Language) : SettingsEvent
    data class TextScaleChosen(val scale: Float) : SettingsEvent
    data class ShadeChosen(val shade: Shade) : SettingsEvent
}

class SettingsScreen(scope: CoroutineScope, private val phone: Phone, private val store: SettingsStore) :
    Screen<SettingsState, SettingsEvent>(scope, SettingsState(store.read())) {
    override suspend fun hear(event: SettingsEvent) = when (event) {
        SettingsEvent.Opened -> look()
        is SettingsEvent.LanguageChosen -> {
            set { it.copy(language = event.language) }
            look()
        }
        is SettingsEvent.TextScaleChosen -> set { it.copy(textScale = event.scale) }
        is SettingsEvent.ShadeChosen -> set { it.copy(shade = event.shade) }
    }

    private fun set(change: (Settings) -> Settings) {
        val settings = change(store.read())
        store.write(settings)
        show { it.copy(settings = settings) }
    }

    private suspend fun look() {
        val lang = state.value.settings.language.code
        try {
            val (account, status) = phone.ask { it.account(lang) to it.status() }
            show { it.copy(account = account, status = status, trouble = null) }
        } catch (thrown: TanfangException) {
            show { it.copy(trouble = Trouble.of(thrown)) }
        }
    }
}
