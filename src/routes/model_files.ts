// The page's models, as text, by the path each is served at (assets.ts).
import modelAttachments from "../../static/model/attachments.js" with { type: "text" };
import modelBegun from "../../static/model/begun.js" with { type: "text" };
import modelCompletion from "../../static/model/completion.js" with { type: "text" };
import modelCrowd from "../../static/model/crowd.js" with { type: "text" };
import modelEmoji from "../../static/model/emoji.js" with { type: "text" };
import modelFileWords from "../../static/model/file_words.js" with { type: "text" };
import modelInline from "../../static/model/inline.js" with { type: "text" };
import modelKept from "../../static/model/kept.js" with { type: "text" };
import modelListing from "../../static/model/listing.js" with { type: "text" };
import modelMarkup from "../../static/model/markup.js" with { type: "text" };
import modelMemory from "../../static/model/memory.js" with { type: "text" };
import modelNames from "../../static/model/names.js" with { type: "text" };
import modelNicks from "../../static/model/nicks.js" with { type: "text" };
import modelOpenRooms from "../../static/model/open_rooms.js" with { type: "text" };
import modelOrder from "../../static/model/order.js" with { type: "text" };
import modelPages from "../../static/model/pages.js" with { type: "text" };
import modelRanking from "../../static/model/ranking.js" with { type: "text" };
import modelRoom from "../../static/model/room.js" with { type: "text" };
import modelRoster from "../../static/model/roster.js" with { type: "text" };
import modelRows from "../../static/model/rows.js" with { type: "text" };
import modelSaid from "../../static/model/said.js" with { type: "text" };
import modelSlash from "../../static/model/slash.js" with { type: "text" };
import modelSources from "../../static/model/sources.js" with { type: "text" };
import modelStage from "../../static/model/stage.js" with { type: "text" };
import modelTimeline from "../../static/model/timeline.js" with { type: "text" };
import modelTypists from "../../static/model/typists.js" with { type: "text" };
import modelWishes from "../../static/model/wishes.js" with { type: "text" };

export const MODEL_FILES: Record<string, string> = {
  "/model/attachments.js": modelAttachments,
  "/model/begun.js": modelBegun,
  "/model/completion.js": modelCompletion,
  "/model/crowd.js": modelCrowd,
  "/model/emoji.js": modelEmoji,
  "/model/file_words.js": modelFileWords,
  "/model/inline.js": modelInline,
  "/model/kept.js": modelKept,
  "/model/listing.js": modelListing,
  "/model/markup.js": modelMarkup,
  "/model/memory.js": modelMemory,
  "/model/names.js": modelNames,
  "/model/nicks.js": modelNicks,
  "/model/open_rooms.js": modelOpenRooms,
  "/model/order.js": modelOrder,
  "/model/pages.js": modelPages,
  "/model/ranking.js": modelRanking,
  "/model/room.js": modelRoom,
  "/model/roster.js": modelRoster,
  "/model/rows.js": modelRows,
  "/model/said.js": modelSaid,
  "/model/slash.js": modelSlash,
  "/model/sources.js": modelSources,
  "/model/stage.js": modelStage,
  "/model/timeline.js": modelTimeline,
  "/model/typists.js": modelTypists,
  "/model/wishes.js": modelWishes,
};
