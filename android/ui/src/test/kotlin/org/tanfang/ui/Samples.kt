package org.tanfang.ui

import androidx.compose.runtime.Composable
import com.google.gson.FieldNamingPolicy
import com.google.gson.Gson
import com.google.gson.GsonBuilder
import com.google.gson.TypeAdapter
import com.google.gson.TypeAdapterFactory
import com.google.gson.reflect.TypeToken
import com.google.gson.stream.JsonReader
import com.google.gson.stream.JsonToken
import com.google.gson.stream.JsonWriter
import java.io.File
import org.tanfang.core.ConflictState
import org.tanfang.core.EnrolState
import org.tanfang.core.FormState
import org.tanfang.core.NotSeenState
import org.tanfang.core.PersonState
import org.tanfang.core.SavedState
import org.tanfang.core.SettingsState
import org.tanfang.core.SyncState
import org.tanfang.core.TodayState

/** A named state of a screen, as the core made it. */
class Sample(val screen: String, val state: String, private val json: String) {
    val name get() = "$screen-$state"

    /** The screen in this state; what is touched goes to [go] and [on]. */
    @Composable
    fun Draw(go: (Go) -> Unit = {}, on: (Any) -> Unit = {}) = when (screen) {
        "enrol" -> EnrolView(read<EnrolState>(), on, go)
        "today" -> TodayView(read<TodayState>(), on, go)
        "person" -> PersonView(read<PersonState>(), on, go)
        "form" -> FormView(read<FormState>(), on, go)
        "saved" -> SavedView(read<SavedState>(), false, on, go)
        "conflict" -> ConflictView(read<ConflictState>(), on, go)
        "sync" -> SyncView(read<SyncState>(), false, on, go)
        "not_seen" -> NotSeenView(read<NotSeenState>(), on, go)
        "settings" -> SettingsView(read<SettingsState>(), on, go)
        else -> error("Android has no screen $screen: shells/screens.json lists it")
    }

    private inline fun <reified S> read(): S = reader.fromJson(json, object : TypeToken<S>() {}.type)

    companion object {
        private val shells = File(requireNotNull(System.getProperty("tanfang.root")), "shells")
        private val reader: Gson = GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .registerTypeAdapterFactory(Words)
            .registerTypeAdapter(ULong::class.java, Unsigned)
            .create()

        /** Every state of every screen that `shells/screens.json` lists. */
        val all: List<Sample> by lazy {
            val listed: Map<String, List<String>> =
                reader.fromJson(File(shells, "screens.json").readText(), object : TypeToken<Map<String, List<String>>>() {}.type)
            listed.flatMap { (screen, states) ->
                val made = reader.fromJson(File(shells, "samples/$screen.json").readText(), com.google.gson.JsonObject::class.java)
                states.map { Sample(screen, it, requireNotNull(made[it]) { "$screen has no $it" }.toString()) }
            }
        }

        fun named(name: String) = all.single { it.name == name }
    }

    /** The core writes `rank_of`, Kotlin has RANK_OF or RankOf; a type of question that is none is NONE. */
    private object Words : TypeAdapterFactory {
        override fun <T> create(gson: Gson, type: TypeToken<T>): TypeAdapter<T>? {
            val constants = type.rawType.enumConstants ?: return null
            fun plain(text: String) = text.replace("_", "").lowercase()
            val byName = constants.associateBy { plain((it as Enum<*>).name) }
            return object : TypeAdapter<T>() {
                override fun write(out: JsonWriter, value: T) = error("samples are only read")

                @Suppress("UNCHECKED_CAST")
                override fun read(from: JsonReader): T? {
                    if (from.peek() == JsonToken.NULL) return from.nextNull().let { null }
                    val text = from.nextString()
                    return (byName[plain(text)] ?: byName["none"] ?: error("${type.rawType} has no $text")) as T
                }
            }
        }
    }

    private object Unsigned : TypeAdapter<ULong>() {
        override fun write(out: JsonWriter, value: ULong?) = error("samples are only read")
        override fun read(from: JsonReader): ULong? =
            if (from.peek() == JsonToken.NULL) from.nextNull().let { null } else from.nextLong().toULong()
    }
}
