package org.tanfang.core

/** A picture or a paper that the phone took. */
class Taken(val bytes: ByteArray, /** Its media type, where the phone says one. */ val media: String? = null)

/**
 * What the phone around the app does where a person asks for it, and gives back: the app fills it in
 * with the camera, the dialler and so on, a test with whatever it likes. Each returns nothing where the
 * person let it be or the phone cannot; nothing is asked for by force, and nothing is recorded that is
 * not returned here.
 */
interface Around {
    /** Opens the dialler with a number; nobody is called before the person touches it there. */
    fun dial(number: String)

    /** A photo. */
    suspend fun photograph(): Taken?

    /** A signature, drawn on the screen. */
    suspend fun sign(): Taken?

    /** A scan or a file of paper. */
    suspend fun paper(): Taken?

    /** What stands in a bar code or QR code. */
    suspend fun scan(): String?

    /** One fix: latitude, longitude, altitude, accuracy in metres, with spaces between. */
    suspend fun locate(): String?
}

/** A phone that can do none of it: for previews, and until the app brings one. */
object NothingAround : Around {
    override fun dial(number: String) = Unit
    override suspend fun photograph(): Taken? = null
    override suspend fun sign(): Taken? = null
    override suspend fun paper(): Taken? = null
    override suspend fun scan(): String? = null
    override suspend fun locate(): String? = null
}
