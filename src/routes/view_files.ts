// The page's views, as text, by the path each is served at (assets.ts).
import viewsActions from "../../static/views/actions.js" with { type: "text" };
import viewsAppearance from "../../static/views/appearance.js" with { type: "text" };
import viewsAsk from "../../static/views/ask.js" with { type: "text" };
import viewsAttaching from "../../static/views/attaching.js" with { type: "text" };
import viewsAttachmentCard from "../../static/views/attachment_card.js" with { type: "text" };
import viewsBans from "../../static/views/bans.js" with { type: "text" };
import viewsBots from "../../static/views/bots.js" with { type: "text" };
import viewsBuild from "../../static/views/build.js" with { type: "text" };
import viewsChoice from "../../static/views/choice.js" with { type: "text" };
import viewsClip from "../../static/views/clip.js" with { type: "text" };
import viewsClock from "../../static/views/clock.js" with { type: "text" };
import viewsCommands from "../../static/views/commands.js" with { type: "text" };
import viewsCompletion from "../../static/views/completion.js" with { type: "text" };
import viewsComposer from "../../static/views/composer.js" with { type: "text" };
import viewsContext from "../../static/views/context.js" with { type: "text" };
import viewsCopying from "../../static/views/copying.js" with { type: "text" };
import viewsDeletion from "../../static/views/deletion.js" with { type: "text" };
import viewsDialog from "../../static/views/dialog.js" with { type: "text" };
import viewsDoor from "../../static/views/door.js" with { type: "text" };
import viewsDrawer from "../../static/views/drawer.js" with { type: "text" };
import viewsEditor from "../../static/views/editor.js" with { type: "text" };
import viewsElement from "../../static/views/element.js" with { type: "text" };
import viewsEmojiGrid from "../../static/views/emoji_grid.js" with { type: "text" };
import viewsEmpty from "../../static/views/empty.js" with { type: "text" };
import viewsFailure from "../../static/views/failure.js" with { type: "text" };
import viewsFileCard from "../../static/views/file_card.js" with { type: "text" };
import viewsFileName from "../../static/views/file_name.js" with { type: "text" };
import viewsFiles from "../../static/views/files.js" with { type: "text" };
import viewsGoals from "../../static/views/goals.js" with { type: "text" };
import viewsHeader from "../../static/views/header.js" with { type: "text" };
import viewsHelp from "../../static/views/help.js" with { type: "text" };
import viewsIcons from "../../static/views/icons.js" with { type: "text" };
import viewsInsertion from "../../static/views/insertion.js" with { type: "text" };
import viewsJump from "../../static/views/jump.js" with { type: "text" };
import viewsKeyed from "../../static/views/keyed.js" with { type: "text" };
import viewsKeys from "../../static/views/keys.js" with { type: "text" };
import viewsLamp from "../../static/views/lamp.js" with { type: "text" };
import viewsLater from "../../static/views/later.js" with { type: "text" };
import viewsLightbox from "../../static/views/lightbox.js" with { type: "text" };
import viewsLog from "../../static/views/log.js" with { type: "text" };
import viewsMarks from "../../static/views/marks.js" with { type: "text" };
import viewsMeasures from "../../static/views/measures.js" with { type: "text" };
import viewsMemberMenu from "../../static/views/member_menu.js" with { type: "text" };
import viewsMenu from "../../static/views/menu.js" with { type: "text" };
import viewsMessageMenu from "../../static/views/message_menu.js" with { type: "text" };
import viewsNick from "../../static/views/nick.js" with { type: "text" };
import viewsNotice from "../../static/views/notice.js" with { type: "text" };
import viewsNotifier from "../../static/views/notifier.js" with { type: "text" };
import viewsOffers from "../../static/views/offers.js" with { type: "text" };
import viewsPeople from "../../static/views/people.js" with { type: "text" };
import viewsPicture from "../../static/views/picture.js" with { type: "text" };
import viewsPlace from "../../static/views/place.js" with { type: "text" };
import viewsPopup from "../../static/views/popup.js" with { type: "text" };
import viewsQuote from "../../static/views/quote.js" with { type: "text" };
import viewsReactions from "../../static/views/reactions.js" with { type: "text" };
import viewsRefusals from "../../static/views/refusals.js" with { type: "text" };
import viewsRooms from "../../static/views/rooms.js" with { type: "text" };
import viewsRove from "../../static/views/rove.js" with { type: "text" };
import viewsSaid from "../../static/views/said.js" with { type: "text" };
import viewsSave from "../../static/views/save.js" with { type: "text" };
import viewsScroll from "../../static/views/scroll.js" with { type: "text" };
import viewsSearch from "../../static/views/search.js" with { type: "text" };
import viewsSettings from "../../static/views/settings.js" with { type: "text" };
import viewsShell from "../../static/views/shell.js" with { type: "text" };
import viewsSpeech from "../../static/views/speech.js" with { type: "text" };
import viewsSpoken from "../../static/views/spoken.js" with { type: "text" };
import viewsStatus from "../../static/views/status.js" with { type: "text" };
import viewsTab from "../../static/views/tab.js" with { type: "text" };
import viewsTrouble from "../../static/views/trouble.js" with { type: "text" };
import viewsTypingNotice from "../../static/views/typing_notice.js" with { type: "text" };
import viewsWording from "../../static/views/wording.js" with { type: "text" };
import viewsWorker from "../../static/views/worker.js" with { type: "text" };

export const VIEW_FILES: Record<string, string> = {
  "/views/actions.js": viewsActions,
  "/views/appearance.js": viewsAppearance,
  "/views/ask.js": viewsAsk,
  "/views/attaching.js": viewsAttaching,
  "/views/attachment_card.js": viewsAttachmentCard,
  "/views/bans.js": viewsBans,
  "/views/bots.js": viewsBots,
  "/views/build.js": viewsBuild,
  "/views/choice.js": viewsChoice,
  "/views/clip.js": viewsClip,
  "/views/clock.js": viewsClock,
  "/views/commands.js": viewsCommands,
  "/views/completion.js": viewsCompletion,
  "/views/composer.js": viewsComposer,
  "/views/context.js": viewsContext,
  "/views/copying.js": viewsCopying,
  "/views/deletion.js": viewsDeletion,
  "/views/dialog.js": viewsDialog,
  "/views/door.js": viewsDoor,
  "/views/drawer.js": viewsDrawer,
  "/views/editor.js": viewsEditor,
  "/views/element.js": viewsElement,
  "/views/emoji_grid.js": viewsEmojiGrid,
  "/views/empty.js": viewsEmpty,
  "/views/failure.js": viewsFailure,
  "/views/file_card.js": viewsFileCard,
  "/views/file_name.js": viewsFileName,
  "/views/files.js": viewsFiles,
  "/views/goals.js": viewsGoals,
  "/views/header.js": viewsHeader,
  "/views/help.js": viewsHelp,
  "/views/icons.js": viewsIcons,
  "/views/insertion.js": viewsInsertion,
  "/views/jump.js": viewsJump,
  "/views/keyed.js": viewsKeyed,
  "/views/keys.js": viewsKeys,
  "/views/lamp.js": viewsLamp,
  "/views/later.js": viewsLater,
  "/views/lightbox.js": viewsLightbox,
  "/views/log.js": viewsLog,
  "/views/marks.js": viewsMarks,
  "/views/measures.js": viewsMeasures,
  "/views/member_menu.js": viewsMemberMenu,
  "/views/menu.js": viewsMenu,
  "/views/message_menu.js": viewsMessageMenu,
  "/views/nick.js": viewsNick,
  "/views/notice.js": viewsNotice,
  "/views/notifier.js": viewsNotifier,
  "/views/offers.js": viewsOffers,
  "/views/people.js": viewsPeople,
  "/views/picture.js": viewsPicture,
  "/views/place.js": viewsPlace,
  "/views/popup.js": viewsPopup,
  "/views/quote.js": viewsQuote,
  "/views/reactions.js": viewsReactions,
  "/views/refusals.js": viewsRefusals,
  "/views/rooms.js": viewsRooms,
  "/views/rove.js": viewsRove,
  "/views/said.js": viewsSaid,
  "/views/save.js": viewsSave,
  "/views/scroll.js": viewsScroll,
  "/views/search.js": viewsSearch,
  "/views/settings.js": viewsSettings,
  "/views/shell.js": viewsShell,
  "/views/speech.js": viewsSpeech,
  "/views/spoken.js": viewsSpoken,
  "/views/status.js": viewsStatus,
  "/views/tab.js": viewsTab,
  "/views/trouble.js": viewsTrouble,
  "/views/typing_notice.js": viewsTypingNotice,
  "/views/wording.js": viewsWording,
  "/views/worker.js": viewsWorker,
};
