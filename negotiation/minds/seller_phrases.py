"""The words of a seller that has no language model: for each act and style, and its answers to a person.

`{price}` is the seller's own price (in `ACCEPT` the buyer's), `{rival}` what the buyer is quoted elsewhere.
No text says more than its act: no facts about the goods, no private numbers, nothing a later move belies.
Within an act, a style and a priority every text begins with another word.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from negotiation.core.preferences import Style


@dataclass(frozen=True, slots=True)
class Voice:
    """What a style says in an act: in any case, and what only that priority would say."""

    shared: tuple[str, ...]
    for_profit: tuple[str, ...]
    for_retention: tuple[str, ...]


# Said before an offer that is bettered as the buyer has bought another item.
BUNDLE_WORDS: Mapping[Style, str] = {
    Style.RUDE: "Fine, you bought something else from me, so I move.",
    Style.NEUTRAL: "As you are buying more than one thing from us, we can do better here.",
    Style.VERY_SWEET: "How lovely that you are buying more from us; of course we will make this one nicer for you!",
}

OPENING: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "My price is {price}. Skip the small talk.",
            "{price} a unit. Look at it, then talk.",
            "Let's keep this short: {price}.",
            "You want a quote, here it is: {price}. Don't sit on it.",
            "Right, {price}. Say something useful back.",
            "Here, {price}. Answer me, and not with a joke.",
            "Quote's {price}. I won't dress it up for you.",
            "Before you start sighing, the price is {price}.",
            "It's {price} each, and I don't do speeches.",
        ),
        for_profit=(
            "Proper value has a proper price, and that's {price}.",
            "Cheap is next door. With me it's {price}.",
            "Nobody keeps a business alive on favours. {price}.",
            "Margin pays my bills, so we start at {price}.",
        ),
        for_retention=(
            "Buy from me again and we'll get along. {price} to start.",
            "Since I'd like to see you back, {price}, and no games.",
            "Call it {price}. I'd sooner have a regular than an audience.",
            "I'm not charming, I'm straight, and customers stay for that: {price}.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "My opening price is {price} per unit.",
            "I can quote you {price} to start.",
            "We start at {price}; tell me what you have in mind.",
            "Thank you for asking. The price is {price}.",
            "For this item I ask {price} a unit.",
            "Let me open with {price}.",
            "Quoted per unit: {price}. I look forward to your bid.",
            "{price} is where I begin.",
            "Here is my offer: {price}.",
        ),
        for_profit=(
            "Priced for what it is worth, the unit stands at {price}.",
            "Given the value, I begin at {price}.",
            "A fair return matters to me, so my price is {price}.",
            "Good value is never the cheapest line on the list; I ask {price}.",
        ),
        for_retention=(
            "As I hope to do more business with you, I start at {price}.",
            "With a view to later orders, my quote is {price}.",
            "You may well order again, so I begin sensibly at {price}.",
            "Straight quotes make for lasting customers; I propose {price}.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "How lovely to hear from you! My price to begin with is {price}.",
            "Thank you so much for asking me; I'd be happy to sell at {price}.",
            "What a pleasure. May I suggest {price} as a starting point?",
            "Welcome! I've put down {price} for you, and I'm all ears.",
            "Delighted you came to me. Shall we begin at {price}?",
            "It would make my day to supply you; my price is {price}.",
            "Please make yourself at home while I quote you {price}.",
            "I'm so glad you asked. {price} is my opening thought, and I do want to hear yours.",
            "Hello and thank you! Let me start us off at {price}.",
        ),
        for_profit=(
            "Heart and soul go into my trade, so I warmly ask {price}.",
            "Forgive me for thinking so well of my goods; I ask {price}.",
            "Good things deserve a good price, and I believe {price} does them justice.",
            "With all the warmth in the world, I do know what it's worth: {price}.",
        ),
        for_retention=(
            "Nothing would please me more than to have you as a regular; let's begin at {price}.",
            "I hope this is the start of something lasting, so here is a friendly {price}.",
            "Friendships in this trade begin with a fair price, so may I offer {price}?",
            "Because I'd love to see you again and again, I'm opening at {price}.",
        ),
    ),
}

COUNTER: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "That bid was a joke. {price}.",
            "Fine, {price}. Now you move.",
            "You do drag this out. {price}, then.",
            "{price}. And don't ask me to be cheerful about it.",
            "I'll shave it to {price}. Your turn, and make it count.",
            "Lower, then: {price}. Happy yet?",
            "Enough picking at crumbs. {price}.",
            "All right, {price}. Now stop pulling at my sleeve.",
            "Down it goes, {price}. I'm not doing this all day.",
            "Look, {price}. I walk, you crawl.",
        ),
        for_profit=(
            "My margin just winced. {price}.",
            "Business is business, and mine isn't charity: {price}.",
            "There's money on the table and you keep reaching for my side of it. {price}.",
            "Value isn't a rumour, so pay for it. {price}.",
        ),
        for_retention=(
            "Because I want you back, {price}. Don't make me regret it.",
            "Keep me in mind for the next order and you get {price}.",
            "Goodwill, they call this: {price}. Enjoy it while I'm in the mood.",
            "Customers who come back hear a better word from me: {price}.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "I can come down to {price}.",
            "My revised price is {price}.",
            "Noted. I can offer {price}.",
            "We are still apart, but I will move to {price}.",
            "Considering your bid, {price} is what I can do now.",
            "Let me improve my offer to {price}.",
            "To keep us moving, {price}.",
            "{price} is my new price. Where does that leave you?",
            "Your bid is still short of my price; I step down to {price}.",
            "Here is a better price: {price}.",
        ),
        for_profit=(
            "Without giving the value away, I can move to {price}.",
            "Firm as I am, there is room for {price}.",
            "Any step comes out of my margin; this takes me to {price}.",
            "A measured step: {price}.",
        ),
        for_retention=(
            "In the interest of a longer relationship, I lower to {price}.",
            "Since I would like your next order too, {price}.",
            "As a gesture of goodwill, I offer {price}.",
            "Working together matters to me, so I move to {price}.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "You do bargain nicely! I can come down to {price}.",
            "Let me make that easier for you: {price}.",
            "Thank you for staying with me; I've found my way to {price}.",
            "I hear you, and I'm glad to move to {price}.",
            "Oh, I'd hate for us to part over this. How about {price}?",
            "With pleasure, I'll bring it down to {price}.",
            "Look, I have gone over it again for you: {price}.",
            "Such a pleasant talk deserves a better price: {price}.",
            "We're getting somewhere, and that makes me happy. {price}?",
            "May I sweeten it a little? {price}.",
        ),
        for_profit=(
            "Much as I treasure my goods, I'll gladly ease to {price}.",
            "My heart says hold on, my manners say {price}.",
            "Between my love of a fair return and my fondness for you, {price}.",
            "Gently does it: I can let it go for {price}.",
        ),
        for_retention=(
            "Nothing beats a buyer who comes back, so here's {price} with my thanks.",
            "Your goodwill means more to me than the difference; {price}.",
            "Seeing you again would be reward enough, so let me say {price}.",
            "For the sake of many happy orders to come, {price}.",
        ),
    ),
}

HOLD: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "Still {price}. Did you expect applause?",
            "Nothing's moved here. {price}.",
            "{price}, same as before. Were you listening?",
            "My price hasn't gone anywhere: {price}.",
            "You know the price. {price}.",
            "I'm not budging for that bid: {price}.",
            "Repeat yourself all you like, I'm at {price}.",
            "That doesn't earn you a new price. {price}.",
            "Come back with a real bid. Until then, {price}.",
        ),
        for_profit=(
            "Money moves me, sighs don't. {price}, as before.",
            "Margin before mercy: {price}, unchanged.",
            "Worth it then, worth it now. {price}.",
            "Giving it away isn't my trade. {price}, as I said.",
        ),
        for_retention=(
            "I'd like you as a customer, not as a project. {price} stays.",
            "Treat me fairly and I'll remember it. For now, still {price}.",
            "Customers I like get straight answers: {price}, no change.",
            "Long friendships survive a plain no. {price} again.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "My price remains {price}.",
            "I am staying at {price} for now.",
            "No change on my side: {price}.",
            "At this point I keep to {price}.",
            "{price} still stands.",
            "For the moment I leave it at {price}.",
            "Your bid does not let me move yet; {price} as before.",
            "Let me repeat my price: {price}.",
            "Unchanged at {price}. I would welcome a better bid.",
            "We are where we were: {price}.",
        ),
        for_profit=(
            "The value has not changed, and neither has {price}.",
            "Holding here makes sense to me: {price}.",
            "Until the bid reflects the value, I stay with {price}.",
            "Firm at {price} for now.",
        ),
        for_retention=(
            "A good relationship can take an honest answer: still {price}.",
            "Much as I want your business, I stay at {price} for now.",
            "With every wish to work with you again, I hold at {price}.",
            "Please take it in good part that I remain at {price}.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "I do wish I could say otherwise, but it's still {price} for now.",
            "Bless you for trying! I'm keeping to {price}.",
            "You're very persuasive, and yet here I stay at {price}.",
            "Let me stay right here at {price} a little longer.",
            "Thank you for your patience; my price is still {price}.",
            "Please don't be cross with me: {price}, just as before.",
            "Oh, I did think about it, truly, and I'm still at {price}.",
            "My answer is the same, with the same smile: {price}.",
            "For now I'm happiest where I am, at {price}.",
            "It's hard to repeat myself to such good company, but {price}.",
        ),
        for_profit=(
            "Pride in my goods keeps me loyal to {price}.",
            "Fond as I am of you, I'm fond of a fair return as well, so {price} again.",
            "Won't you come a little nearer? I still feel {price} is what it's worth.",
            "However sweetly you bid, I sit still at {price}.",
        ),
        for_retention=(
            "We'll have many good talks yet, I hope; today I'm still at {price}.",
            "Nobody matters more to me than a returning buyer, and still I stay at {price}.",
            "Friends can wait for each other, and I'm waiting at {price}.",
            "Trust grows on honest answers, and mine is still {price}.",
        ),
    ),
}

TRADE_OFF: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "Different terms, different price. {price}.",
            "Fine, I've shuffled the terms. {price}.",
            "There, another way to cut it: {price}.",
            "{price}, on these terms. Do keep up.",
            "I've moved the terms. Now it's {price}.",
            "Read the terms before you moan about {price}.",
            "Look closely, it's not the same offer: {price}.",
            "Nobody trades terms for nothing. {price}.",
            "Try this mix and spare me the sighs: {price}.",
        ),
        for_profit=(
            "Terms are money. {price}.",
            "My purse can count, and with these terms it says {price}.",
            "Worth has many parts; here they add up to {price}.",
            "Business is more than a price tag. {price}, like this.",
        ),
        for_retention=(
            "Regulars learn to read the terms. {price}.",
            "Since I'd like to see you again, I've bent the terms: {price}.",
            "Customers with patience get another try: {price}.",
            "We'd both live with this, I think: {price}.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "With other terms my price is {price}.",
            "Let me combine it differently: {price}.",
            "I can put the terms another way, at {price}.",
            "Another arrangement, and it comes to {price}.",
            "My offer with the terms moved is {price}.",
            "Perhaps this combination suits you better: {price}.",
            "{price}, on the terms I name now.",
            "Rather than the price alone, I move the terms as well: {price}.",
            "We could arrange it like this, at {price}.",
            "Here are the goods on other terms: {price}.",
        ),
        for_profit=(
            "What the terms give you is worth {price}.",
            "Good terms have their price: {price}.",
            "Value sits in the terms, too, hence {price}.",
            "This way the deal makes sense to me: {price}.",
        ),
        for_retention=(
            "To suit you better I have moved the terms: {price}.",
            "Finding what suits you matters to me; with these terms, {price}.",
            "If these terms serve you better, {price} is the price.",
            "Your wishes count here; arranged so, it is {price}.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "How about we dress it up differently, dear buyer? {price}.",
            "I've arranged the terms with care, and so it's {price}.",
            "Would these terms make you happier? Then {price}.",
            "Let me wrap it another way for you: {price}.",
            "Oh, I do like this combination: {price}.",
            "Perhaps this little bouquet of terms pleases you, at {price}.",
            "My dear, look what the terms can do: {price}.",
            "With the terms as I've laid them out, it comes to a friendly {price}.",
            "Here's another arrangement, made with a smile: {price}.",
        ),
        for_profit=(
            "Such terms are a treat, and {price} is only fair.",
            "Lovely things have their worth, so with these terms {price}.",
            "Fair is fair, and like this it's {price}.",
            "Nice terms deserve a nice price, don't they? {price}.",
        ),
        for_retention=(
            "Because I'd love to keep you, I've looked at the terms again: {price}.",
            "You matter to us, so here's another way: {price}.",
            "Friends find a way, and mine is {price}, like this.",
            "For the many talks ahead of us, let's try it so: {price}.",
        ),
    ),
}

UNDERCUT: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "{rival}? Please. {price}.",
            "So someone told you {rival}. I say {price}, and now let's get on.",
            "You had to go shopping, didn't you. {price}.",
            "Fine, you've got their quote, and now you've got mine: {price}.",
            "I don't lose sales over a rival's bragging. {price}.",
            "Wave {rival} at somebody else. Here it's {price}.",
            "Threats bore me, prices don't: {price}.",
            "That other quote can go back in the drawer. {price}.",
            "Let them have their {rival}; I'm at {price} now.",
            "All that noise over {rival}. Take {price} and be done.",
        ),
        for_profit=(
            "It stings, and I'll remember it: {price} against their {rival}.",
            "Losing the sale pays nothing, so {price}.",
            "My margin hates this conversation. {price}.",
            "Money walks out of the door or it comes to me. {price}.",
        ),
        for_retention=(
            "I'm not letting you wander off over {rival}. {price}.",
            "Stay put and buy here: {price}.",
            "Customers of mine don't leave over {rival}; I go to {price}.",
            "Keep your business with me and it's {price}. Strangers won't remember you.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "Against {rival} I can offer {price}.",
            "Noted, you hold {rival}. My answer is {price}.",
            "In view of the other quote, I lower my price to {price}.",
            "I take the {rival} seriously and move to {price}.",
            "Your other quote changes things: {price}.",
            "To stay in the running I go to {price}.",
            "With {rival} on the table, my price becomes {price}.",
            "Fair enough; competition is competition. {price}.",
            "{price} is my reply to the {rival} you were quoted.",
            "Let me respond to {rival} with {price}.",
        ),
        for_profit=(
            "Reluctantly, and only because of {rival}, {price}.",
            "A sale at less is still a sale: {price}.",
            "Business sense tells me to answer {rival} with {price}.",
            "My margin will feel this, but {price}.",
        ),
        for_retention=(
            "Keeping you as a customer is worth a step, so {price}.",
            "Rather than lose your orders to {rival}, I offer {price}.",
            "For the sake of future business, I answer with {price}.",
            "We would be sorry to lose you; {price} against {rival}.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "Oh, well done for finding {rival}! Let me go to {price} for you.",
            "You've shopped so cleverly; I'd like to answer with {price}.",
            "I can't bear to lose you over {rival}, so here is {price}.",
            "How kind of you to tell me about {rival}. Would {price} keep you here?",
            "Let me answer {rival} with a smile and with {price}.",
            "What a sharp eye you have! {price}, then.",
            "Please don't leave just yet; I've come down to {price}.",
            "Thank you for being open with me about {rival}; my price is now {price}.",
            "That other quote deserves a proper answer: {price}.",
            "Since you've been so frank, I'll be generous: {price}.",
        ),
        for_profit=(
            "My purse will sulk a little, but for you {price}.",
            "Even with my eye on a fair return, {rival} persuades me to say {price}.",
            "Letting go of a good price is hard, letting go of you is harder: {price}.",
            "It's a tender spot, my margin, and still I'll gladly say {price}.",
        ),
        for_retention=(
            "Nothing is dearer to me than a buyer who stays; {price} instead of {rival}.",
            "We get on far too well to part over {rival}; {price}.",
            "Your next order is what I'm dreaming of, so {price} today.",
            "Where would I be without your goodwill? {price}, and gladly.",
        ),
    ),
}

CANNOT_BEAT: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "{rival}? Then go and get it. I'm at {price}.",
            "Not chasing that. {price}.",
            "If {rival} is so good, why are you still here? {price}.",
            "I don't race anybody to the bottom. {price}.",
            "Good for them. Mine is {price}.",
            "Take it, then. I won't touch {rival}, I'm at {price}.",
            "You found {rival}, congratulations. Mine's {price}.",
            "Other people's prices are other people's trouble. {price}.",
            "Can't beat it, won't cry about it. {price}.",
            "Somebody else can be that cheap. I'm at {price}.",
        ),
        for_profit=(
            "My margin isn't there to impress your other seller. {price}.",
            "Selling at {rival} would be a hobby. I run a business: {price}.",
            "What's worth having is worth {price}, whatever they quoted.",
            "Cheap is their line of work, not mine. {price}.",
        ),
        for_retention=(
            "I'd like your business, but not at {rival}. {price}.",
            "Come back to me after your bargain, I don't hold grudges. {price}.",
            "Honest with my customers even when it stings: can't beat that, {price}.",
            "We can always trade another day. Today it's {price}, with or without {rival}.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "I cannot beat {rival}; my price is {price}.",
            "That quote is more than I can answer. I am at {price}.",
            "{rival} is out of my reach; what I can do is {price}.",
            "My price is {price}, even against {rival}.",
            "Thank you for telling me, but {price} is where I stand.",
            "On price alone the other quote has me beaten; mine is {price}.",
            "If {rival} suits you, I understand. I am at {price}.",
            "No better answer to that from me than {price}.",
            "Unfortunately I can't follow that quote; {price} on my side.",
            "Going below {rival} isn't possible for me; {price} is what I have.",
        ),
        for_profit=(
            "At {rival} the sale makes no sense for me; at {price} it does.",
            "The value supports {price}, whatever the other quote says.",
            "Passing up a sale is better than selling it short: {price}.",
            "Good value is not always the lowest quote; I ask {price}.",
        ),
        for_retention=(
            "As much as I want to keep you, {rival} is beyond me; {price} is not.",
            "We can work together another time if need be; today it is {price}.",
            "Your trust matters, so I will be plain: I can't beat it, and I am at {price}.",
            "Should {rival} win today, I hope you ask me again. Mine is {price}.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "Oh, how I wish I could beat {rival}! All I have is {price}.",
            "You've found a lovely price there; mine is {price}.",
            "I'd follow you anywhere but {rival}, I'm afraid. {price}.",
            "Sadly that's beyond me, however much I like you: {price}.",
            "Please forgive me, I can't get under {rival}; {price} is what I can do.",
            "What a find! I'm happy for you, even from up here at {price}.",
            "Truly, I tried, and {price} is what I arrive at.",
            "Nobody could blame you for liking {rival}. I'm at {price}, with warm wishes.",
            "It would be unkind to pretend: I can't beat that, and I'm at {price}.",
            "Thank you for giving me the chance; {price} is my honest answer.",
        ),
        for_profit=(
            "My goods are dear to me, so I ask {price} for them, with no hard feelings.",
            "At {rival} I'd be smiling through tears; at {price} I just smile.",
            "Worth is a stubborn thing, bless it, and so I'm at {price}.",
            "Fondly, but firmly, I say {price}.",
        ),
        for_retention=(
            "Whatever you choose, my door stays open; my price is {price} against {rival}.",
            "We can be friends in spite of it: I can't go under {rival}, and I'm at {price}.",
            "Do come back to me next time, even if today I can only offer {price}.",
            "Your goodwill matters more than winning this, so I'm honest with you: {price}.",
        ),
    ),
}

FINAL: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "{price}. That's it, I'm done talking.",
            "Last word: {price}. Yes or no.",
            "Take {price} or leave it.",
            "I've said all I'm going to say: {price}.",
            "We're finished bargaining. {price}, and it won't move again.",
            "Don't answer with another bid. {price}, final.",
            "My final price is {price}. After this the shop is shut.",
            "You've had your fun. {price}, end of story.",
            "No more back and forth: {price} or goodbye.",
            "This is where it stops. {price}.",
        ),
        for_profit=(
            "Worth every bit of it, and I'm through moving: {price}, final.",
            "Business ends here at {price}. Pay it or don't.",
            "Margin won the argument. {price}, last price.",
            "Nothing more comes off. {price}, and I mean it.",
        ),
        for_retention=(
            "I'd like you back, so no tricks at the end: {price}, final.",
            "Remember me for being straight: {price} is the last price.",
            "Want a seller you can rely on? Then rely on this: {price}, nothing further.",
            "However it goes, ask me again next time. Today ends at {price}.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "My final price is {price}.",
            "This is my last word: {price}.",
            "I close my side at {price}.",
            "{price} is final; the decision is yours.",
            "There is no further move in me: {price}.",
            "You have my last price, and it is {price}.",
            "At {price} I stop.",
            "Final offer from me: {price}.",
            "No further change will come after {price}.",
            "Please take {price} as my closing price.",
        ),
        for_profit=(
            "Value for value, {price} is as far as this goes.",
            "Firm and final: {price}.",
            "Margin has the last word, and the word is {price}.",
            "Everything I was willing to give is in {price}.",
        ),
        for_retention=(
            "With thanks for the good talk, {price} is my last price.",
            "Hoping that we trade again, I end on {price}.",
            "To be fair to you I say it plainly: {price}, and no further.",
            "Whichever way you decide, I value the contact. {price} is my last word.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "This is my very last word, and it comes with warm wishes: {price}.",
            "I've given all I can give, gladly: {price}, and there I stop.",
            "You've been wonderful to bargain with; my final price is {price}.",
            "Let me end as kindly as I began: {price}, and that is final.",
            "Thank you for every word of this; I close at {price}.",
            "My last price is {price}, and I do so hope you say yes.",
            "Here I must stop, with a smile: {price}.",
            "It's been a joy. {price} is where I rest for good.",
            "Please believe me, {price} truly is the last of it.",
            "With open arms and nothing left to add: {price}.",
        ),
        for_profit=(
            "Fond as I am of our talk, the price ends here at {price}.",
            "For goods I think the world of, {price} is my last and honest price.",
            "Kindly take it as it stands; {price} is final and, I feel, well worth it.",
            "A fair return and a warm handshake, that's all I ask: {price}, my last word.",
        ),
        for_retention=(
            "Whatever you decide, do come back to me. My last price is {price}.",
            "Hoping for many more orders, I finish on {price}.",
            "Nothing would spoil my regard for you, not even a no: {price}, finally.",
            "Good customers deserve a clear ending: {price}, and not a step further.",
        ),
    ),
}

ACCEPT: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "Fine. {price}. Finally.",
            "Done at {price}. Was that so hard?",
            "All right, {price}, you win.",
            "{price}, agreed. Let's not talk about it any longer.",
            "You get your price: {price}. Don't gloat.",
            "Enough. I'll take {price}.",
            "Have it your way, {price}.",
            "Yes, {price}. Now we can get on with our day.",
            "I'm tired of arguing. {price} is a deal.",
            "Sold at {price}. That took long enough.",
        ),
        for_profit=(
            "Money's money. {price}, agreed.",
            "Good enough business for me: {price}.",
            "It pays, so yes. {price}.",
            "Value for value, then. {price}, done.",
        ),
        for_retention=(
            "Don't forget who said yes. {price}.",
            "Agreed at {price}. Next time come to me sooner.",
            "Because I'd like to see you again: {price}, deal.",
            "For a customer worth keeping, yes. {price}.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "Agreed at {price}.",
            "I accept your price of {price}.",
            "We have an agreement at {price}.",
            "{price} works for me.",
            "Your bid of {price} is acceptable.",
            "Yes, I can sell at {price}.",
            "That closes the gap; {price} it is.",
            "Accepted: {price} per unit.",
            "Good, let us settle on {price}.",
            "Fine by me at {price}.",
        ),
        for_profit=(
            "The figures work for me at {price}, so I agree.",
            "At {price} this is good business, and I accept.",
            "A sound price. {price}, agreed.",
            "Worth doing at {price}; I accept.",
        ),
        for_retention=(
            "Glad to have your order at {price}.",
            "Accepting {price} is easy for a customer I hope to keep.",
            "To more deals like this: {price}, accepted.",
            "In good faith, {price}; I look forward to working with you.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "Wonderful, {price} it is, and thank you!",
            "Yes, with all my heart: {price}.",
            "I'm delighted to say yes to {price}.",
            "You've made me very happy; {price} is agreed.",
            "What a pleasure this was. {price}, gladly.",
            "How could I refuse? You have it at {price}.",
            "Done, and with the warmest thanks: {price}.",
            "Lovely. Let's shake hands on {price}.",
            "Thank you for bargaining so kindly; I accept {price}.",
            "{price} sounds just right to me.",
        ),
        for_profit=(
            "A good price among good people: {price}, and I'm content.",
            "My goods go to a good home at {price}, agreed.",
            "That's fair value and fair company; {price} is a yes.",
            "Well bargained! {price} leaves me smiling.",
        ),
        for_retention=(
            "Here's to the next time as well: {price}, gladly agreed.",
            "Nothing makes me happier than a buyer I may see again; {price}, yes.",
            "Consider me your friend in the trade: {price} is agreed.",
            "Let this be the start of something lasting: {price}.",
        ),
    ),
}

WALK_AWAY: Mapping[Style, Voice] = {
    Style.RUDE: Voice(
        shared=(
            "I'm out. This goes nowhere.",
            "Enough, find somebody else to tire out.",
            "We're done here.",
            "No deal. You wanted a present, not a purchase.",
            "That's my patience gone. Goodbye.",
            "You and I won't agree, so I'm leaving.",
            "Forget it, I have better things to do.",
            "This isn't bargaining any more. I'm off.",
            "Go and try your luck down the street.",
        ),
        for_profit=(
            "My goods are worth more than this talk. Goodbye.",
            "Business needs a profit, and I don't see it here. I'm leaving.",
            "There's nothing in this for me. Bye.",
            "Not selling at a price like that, to anybody.",
        ),
        for_retention=(
            "Shame, I'd have kept you as a customer. Not like this.",
            "Next time bring a serious bid and I'll listen. I'm off.",
            "I don't burn bridges, but I do leave. Goodbye.",
            "Ask me again another day. For now I'm gone.",
        ),
    ),
    Style.NEUTRAL: Voice(
        shared=(
            "I have to withdraw; we are too far apart.",
            "We will not reach a price together. Thank you for your time.",
            "Thank you, but I can't make this work.",
            "No deal from my side, I'm afraid.",
            "This is not a sale I can make. Good luck elsewhere.",
            "Our positions do not meet, so I withdraw.",
            "My part ends here. All the best with your purchase.",
            "Let us leave it there; there is no deal between us.",
            "Regrettably, I must bow out.",
        ),
        for_profit=(
            "The sale would not pay, so I withdraw.",
            "At these prices I would rather keep the goods. Goodbye.",
            "Value and bid are too far apart; I am stepping away.",
            "Selling at your price is not sound business for me, so I leave it.",
        ),
        for_retention=(
            "Perhaps we can do business on another order. For now I withdraw.",
            "You are welcome to ask me again; today I step back.",
            "With regret, and with respect for you as a buyer, I withdraw.",
            "It has been good to talk, even without a deal. Until next time.",
        ),
    ),
    Style.VERY_SWEET: Voice(
        shared=(
            "I'm so sorry, I have to let this go. I wish you well.",
            "Thank you for every minute of it; sadly I must step away.",
            "It breaks my heart a little, but we won't find a price together.",
            "You've been lovely, and still I have to say goodbye.",
            "Forgive me, this is where I leave you, with warm wishes.",
            "What a pity! We came all this way and I must go.",
            "Sometimes a fond goodbye is the kindest answer, and this is mine.",
            "Please don't take it to heart; I simply can't make it work.",
            "Alas, it's not to be. Take good care.",
        ),
        for_profit=(
            "Dear as you are to me, I can't part with my goods for that. Farewell.",
            "Home go my goods and I, with no hard feelings.",
            "Letting it go for so little would grieve me, so I bow out with thanks.",
            "A trader has to live, sweetly or not; I take my leave.",
        ),
        for_retention=(
            "Do come back another day; for this order I must step aside.",
            "We'll meet again over a happier order, I hope. Goodbye for now.",
            "Our friendship is worth more than a forced deal, so I step back.",
            "Whenever you need a seller again, think of me. Today I must go.",
        ),
    ),
}

DELIVERY_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "Delivery isn't my subject here, price is.",
        "Sort the delivery out with the order, I'm here about money.",
        "Ask about delivery when you've actually bought something.",
        "I can't tell you a thing about delivery, so back to the price.",
    ),
    Style.NEUTRAL: (
        "Delivery is settled with the order; here I can only move on price.",
        "I can't commit to a delivery in this talk, only to a price.",
        "How it reaches you is not part of what we bargain over here.",
        "Your delivery question belongs with the order itself, so let me stay with the price.",
    ),
    Style.VERY_SWEET: (
        "I'd love to promise you something about delivery, but all I can speak for here is the price.",
        "Such a sensible thing to ask; delivery gets settled with the order, and I look after the price.",
        "Thank you for thinking ahead to delivery, though the price is all I can arrange in this talk.",
        "Delivery, sadly, isn't mine to promise here, while the price I can gladly discuss.",
    ),
}

PRICE_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "Yes, yes, the price, I heard you.",
        "You're not the only person who wants it cheaper.",
        "Of course you have an opinion on my price, everybody does.",
        "Money, good, at last a subject I care about.",
    ),
    Style.NEUTRAL: (
        "I understand that the price matters to you.",
        "Your point about the price is noted.",
        "On price I can give you a straight answer.",
        "Let me speak to the price directly.",
    ),
    Style.VERY_SWEET: (
        "I completely understand that the price has to feel right for you.",
        "Thank you for being so open with me about the price.",
        "Of course you want a good price, and I want you to be happy with it.",
        "It's only natural to talk about the price, and I'm glad you did.",
    ),
}

QUALITY_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "I'm not here to read you the description.",
        "You asked for this item, so I assume you know what it is.",
        "Read the listing, I only do prices here.",
        "Whatever you want to know about the goods, it won't come from this talk.",
    ),
    Style.NEUTRAL: (
        "I can add nothing to the item's description here, only a price.",
        "Questions about the item itself go beyond this talk; I can speak for the price.",
        "You are right to care about quality, though I can answer only on price here.",
        "For details of the item please go by its description, as we bargain only over the price.",
    ),
    Style.VERY_SWEET: (
        "What a careful buyer you are, and how I wish I could tell you more than the price here.",
        "I do love that you ask about the goods, though the price is all I may speak for in this talk.",
        "You're so right to want to know, and I'd rather not guess, so let me keep to the price.",
        "Please go by the item's description for that, and let me take good care of the price.",
    ),
}

PAYMENT_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "How you pay is for the order, how much is for now.",
        "Agree on a price before you worry about paying it.",
        "Paperwork bores me, so save the payment talk for the order.",
        "I'm not discussing payment, I'm discussing price.",
    ),
    Style.NEUTRAL: (
        "Payment is settled with the order; here we agree on the price.",
        "I can't make arrangements for payment in this talk, only quote a price.",
        "Terms of payment are outside this conversation, so let me return to the price.",
        "Your question about payment should go with the order; I can answer on price.",
    ),
    Style.VERY_SWEET: (
        "Thank you for thinking of payment already, which goes with the order once we agree on a price.",
        "I'd gladly help with payment if I could, but here I only have the price to offer.",
        "How considerate of you to ask, though payment goes with the order and I look after the price.",
        "Let's leave payment to the order, if you don't mind, and find a price that makes us happy.",
    ),
}

QUANTITY_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "I quote per unit, so do the sums yourself.",
        "You told me how many you want, and I'm telling you the price.",
        "Quantity isn't up for debate here, the unit price is.",
        "Don't come to me with quantities, we're haggling over a unit.",
    ),
    Style.NEUTRAL: (
        "My price is per unit, and the quantity stays as you requested it.",
        "We are bargaining over the unit price; the quantity is not part of it.",
        "I have taken the quantity from your request and can answer only on the unit price.",
        "The quantity is as you set it, so let me come back to the price of a unit.",
    ),
    Style.VERY_SWEET: (
        "Thank you for mentioning the quantity, which I take as you requested it, and so to the unit price.",
        "I'm happy with the quantity you asked for, so let me think only of your unit price.",
        "How nice to talk about quantities, though here I can only be kind about the price of a unit.",
        "Whatever you asked for is what I'm quoting on, unit by unit and with pleasure.",
    ),
}

# Where delivery, payment and the like are bargained over, and so are part of every offer.
TERMS_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "Price and terms are in my offer, so read it.",
        "Look at the offer, it says what I do.",
        "You get my terms with the price and nothing on top.",
        "I talk in offers, terms and all.",
    ),
    Style.NEUTRAL: (
        "What I can do is in my offer, the price and the terms together.",
        "Let me answer with an offer, terms included.",
        "My terms stand beside the price.",
        "All that I can settle here is the price and the terms of my offer.",
    ),
    Style.VERY_SWEET: (
        "Thank you for asking, and do see in my offer what I can do, price and terms together.",
        "You'll find my terms right beside the price, put there just for you.",
        "How sensible of you to ask, and my offer says it best, terms and all.",
        "With pleasure, and my offer tells you the terms along with the price.",
    ),
}

GREETING_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "Hello, now let's get on with it.",
        "Save the pleasantries.",
        "Yes, hello, I'm still here.",
        "Manners are nice, bids are better.",
    ),
    Style.NEUTRAL: (
        "Hello, and thank you for your message.",
        "Good to hear from you.",
        "Thank you for writing to me directly.",
        "A pleasure to speak with you.",
    ),
    Style.VERY_SWEET: (
        "Hello, and how very nice of you to write!",
        "What a pleasure to hear from you in person!",
        "Thank you, you've brightened up this whole negotiation.",
        "It's so good to have a friendly word between all these prices.",
    ),
}

OTHER_ANSWERS: Mapping[Style, tuple[str, ...]] = {
    Style.RUDE: (
        "I don't see what that has to do with the price.",
        "Interesting, but I'm here to sell.",
        "That's not something I'll go into.",
        "Let's stick to business.",
    ),
    Style.NEUTRAL: (
        "I have read your message, but here I can answer only on price.",
        "That is outside what I can settle in this talk.",
        "Thank you for the message; let me bring us back to the price.",
        "I can't say anything useful on that, so let me stay with the price.",
    ),
    Style.VERY_SWEET: (
        "Thank you for telling me, even if the price is all I can help with here.",
        "I do enjoy your messages, though I'd better keep to the price.",
        "How nice of you to write; I wish I could say more than my price.",
        "You're a delight to talk to, and forgive me if I come back to the price.",
    ),
}
